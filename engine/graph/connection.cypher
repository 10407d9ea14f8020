// What a connection asks on its own behalf.

// -- end_transactions --
// End the queries of somebody who has gone away, by the marks in their metadata.
SHOW TRANSACTIONS YIELD transactionId AS ended, metaData
WHERE metaData.clew_query IN $marks
TERMINATE TRANSACTIONS ended YIELD message
RETURN message
