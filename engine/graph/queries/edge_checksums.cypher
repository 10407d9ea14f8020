$$branches$$
