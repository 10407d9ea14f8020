// one branch a type: where the relationships of some edges lead from and to
$$branches$$
