"""What a program under control finds in the place of the standard library's classes.

Each class has the interface of the real one, and one operation of the kernel for each call
that another task could notice. All state lies in the kernel's models.
"""
