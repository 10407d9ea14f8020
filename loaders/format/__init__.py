"""The formats that data comes in: each in a module of its own, all of them named in ``registry``."""
