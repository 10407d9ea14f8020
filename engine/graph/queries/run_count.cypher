UNWIND $datasets AS dataset
RETURN dataset, COUNT { (:Run {dataset: dataset}) } AS count
