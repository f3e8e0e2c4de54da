"""What all REST doors share: fields, schemas, pages, entity tags, idempotency."""
