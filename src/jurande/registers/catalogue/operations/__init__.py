"""Every decision about the national registers and the certifications."""
