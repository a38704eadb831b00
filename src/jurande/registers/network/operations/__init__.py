"""Every decision about fee schedules, calls, applications and approvals."""
