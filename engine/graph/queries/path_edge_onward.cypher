(x$$hop$$ <> b AND y$$hop$$ <> a)
