// the transaction that was the first to say that it is at work on a dataset
SHOW TRANSACTIONS YIELD transactionId, startTime, metaData
WHERE metaData.clew_dataset = $dataset
RETURN transactionId AS transaction, metaData.clew_claim AS claim, metaData.clew_doing AS doing
ORDER BY startTime, transactionId
LIMIT 1
