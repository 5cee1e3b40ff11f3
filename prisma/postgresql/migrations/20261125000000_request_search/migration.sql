-- Searching and sorting by name within a state: equal state and finding, then a range, all in the index.
DROP INDEX "Request_state_commonName_id_idx";
CREATE INDEX "Request_state_finding_commonName_id_createdAt_idx" ON "Request"("state", "finding", "commonName", "id", "createdAt");
CREATE INDEX "Request_state_finding_email_id_createdAt_idx" ON "Request"("state", "finding", "email", "id", "createdAt");
