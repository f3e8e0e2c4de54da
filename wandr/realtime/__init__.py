"""Live edits over socket.io, protocol 1: `docs/realtime.md` describes it for client developers."""
