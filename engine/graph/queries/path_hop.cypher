((x$$hop$$)$$left$$-[r$$hop$$$$types$$ WHERE $$crossed$$]-$$right$$(y$$hop$$ WHERE $$passed$$)){$$times$$}
