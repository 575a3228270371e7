from . import two

NAME = "one of " + two.NAME
