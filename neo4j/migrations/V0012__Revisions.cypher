// What people change of pages: corrected by hand, or to be read again in other languages.
CREATE CONSTRAINT page_correction_id IF NOT EXISTS FOR (n:PageCorrection) REQUIRE n.id IS UNIQUE;
CREATE INDEX page_correction_document IF NOT EXISTS FOR (n:PageCorrection) ON (n.document, n.number);
CREATE CONSTRAINT page_order_id IF NOT EXISTS FOR (n:PageOrder) REQUIRE n.id IS UNIQUE;
CREATE INDEX page_order_document IF NOT EXISTS FOR (n:PageOrder) ON (n.document);
CREATE INDEX page_order_state IF NOT EXISTS FOR (n:PageOrder) ON (n.dataset, n.state);
