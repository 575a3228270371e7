"""What people see: the live picture, the plain lines, the summary."""
