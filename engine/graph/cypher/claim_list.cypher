// the transactions of others that say who is at work on a dataset
SHOW TRANSACTIONS YIELD transactionId, metaData
WHERE metaData.clew_dataset = $dataset AND metaData.clew_claim <> $claim
RETURN transactionId AS transaction, metaData.clew_doing AS doing
