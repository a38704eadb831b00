"""May they? Clauses, conventions, signatures and procedures."""
