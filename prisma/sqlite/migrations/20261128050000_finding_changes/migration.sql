-- What the portal's checks say of a waiting request depends on others: who holds the name, who else asks
-- for it, what became of an earlier request with the same key. Triggers write down for which names and
-- keys that changed; whoever reads the queue checks those requests again first.
CREATE TABLE "FindingChange" (
    "id" INTEGER NOT NULL PRIMARY KEY,
    "commonName" TEXT NOT NULL,
    "spkiSha256" TEXT NOT NULL
);

CREATE TRIGGER "FindingChange_request_insert" AFTER INSERT ON "Request"
    WHEN EXISTS (SELECT 1 FROM "Request" WHERE "commonName" = NEW."commonName" AND "state" = 'SUBMITTED' AND "id" <> NEW."id")
      OR EXISTS (SELECT 1 FROM "Request" WHERE "spkiSha256" = NEW."spkiSha256" AND "state" = 'SUBMITTED' AND "id" <> NEW."id") BEGIN
    INSERT INTO "FindingChange" ("commonName", "spkiSha256") VALUES (NEW."commonName", NEW."spkiSha256");
END;
CREATE TRIGGER "FindingChange_request_state" AFTER UPDATE OF "state" ON "Request"
    WHEN OLD."state" <> NEW."state" AND (
         EXISTS (SELECT 1 FROM "Request" WHERE "commonName" = NEW."commonName" AND "state" = 'SUBMITTED')
      OR EXISTS (SELECT 1 FROM "Request" WHERE "spkiSha256" = NEW."spkiSha256" AND "state" = 'SUBMITTED')) BEGIN
    INSERT INTO "FindingChange" ("commonName", "spkiSha256") VALUES (NEW."commonName", NEW."spkiSha256");
END;
CREATE TRIGGER "FindingChange_request_name" AFTER UPDATE OF "commonName" ON "Request"
    WHEN OLD."commonName" <> NEW."commonName" BEGIN
    INSERT INTO "FindingChange" ("commonName", "spkiSha256")
        VALUES (OLD."commonName", OLD."spkiSha256"), (NEW."commonName", NEW."spkiSha256");
END;
CREATE TRIGGER "FindingChange_certificate" AFTER INSERT ON "Certificate"
    WHEN EXISTS (SELECT 1 FROM "Request" WHERE "commonName" = NEW."commonName" AND "state" = 'SUBMITTED')
      OR EXISTS (SELECT 1 FROM "Request" WHERE "spkiSha256" = NEW."spkiSha256" AND "state" = 'SUBMITTED') BEGIN
    INSERT INTO "FindingChange" ("commonName", "spkiSha256") VALUES (NEW."commonName", NEW."spkiSha256");
END;
CREATE TRIGGER "FindingChange_blocked_key" AFTER INSERT ON "BlockedKey"
    WHEN EXISTS (SELECT 1 FROM "Request" WHERE "spkiSha256" = NEW."spkiSha256" AND "state" = 'SUBMITTED') BEGIN
    INSERT INTO "FindingChange" ("commonName", "spkiSha256") VALUES ('', NEW."spkiSha256");
END;

-- What waits already.
INSERT INTO "FindingChange" ("commonName", "spkiSha256")
    SELECT "commonName", "spkiSha256" FROM "Request" WHERE "state" = 'SUBMITTED';
