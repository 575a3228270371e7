"""Who carries a program's tasks: the operating system, watched, or our scheduler."""
