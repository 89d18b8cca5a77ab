#!/usr/bin/env python3
"""Opens a Commonplace backup without Commonplace: python3 open-backup.py BACKUP FOLDER   (pip install 'cryptography>=50')

Writes each kept file to FOLDER/files under its path, and every record to FOLDER/records/<store>/<id>.
The format is told in docs/backup-format.md.
"""
import getpass, hashlib, json, pathlib, struct, sys, unicodedata
from cryptography.cobblestone import Cobblestone256Decryptor
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

def fields(*parts): return b"".join(struct.pack(">H", len(part)) + part for part in parts)
def hkdf(key, salt, purpose): return HKDF(SHA256(), 32, salt, b"app/v1/" + purpose).derive(key)
def unseal(key, envelope, aad): return AESGCM(key).decrypt(envelope[8:20], envelope[20:], aad + fields(envelope[:20]))

data, out = memoryview(pathlib.Path(sys.argv[1]).read_bytes()), pathlib.Path(sys.argv[2])
assert data[:4] == b"KVX\x01", "This is no backup that this script knows."
header = bytes(data[8:8 + struct.unpack(">I", data[4:8])[0]])
body = 8 + len(header) + 24
vault_id, export_id, at, vault_key = header[4:20], bytes(data[body - 24:body - 8]), 29, None
passphrase = getpass.getpass("Passphrase: ") if sys.stdin.isatty() else sys.stdin.readline().rstrip("\n")
passphrase = unicodedata.normalize("NFKC", passphrase).encode()
for _ in range(header[28]):
    size = struct.unpack(">H", header[at:at + 2])[0]
    slot, at = header[at + 2:at + 2 + size], at + 2 + size
    if slot[0] != 1: continue
    _, kib, passes, lanes = struct.unpack(">BIIB", slot[1:11])
    stretched = Argon2id(salt=slot[11:27], length=32, iterations=passes, lanes=lanes, memory_cost=kib).derive(passphrase)
    assert hkdf(stretched, slot[11:27], b"commit") == slot[27:59], "This is not the passphrase."
    vault_key = unseal(hkdf(stretched, slot[11:27], b"kek"), slot[59:], fields(b"kv/slot/1", vault_id, slot[:59]))
place = lambda end: fields(b"app/export/v1", vault_id, export_id, hashlib.sha256(data[:end]).digest())
file_key = unseal(hkdf(vault_key, vault_id, b"export-kek"), bytes(data[body:body + 68]), place(body))
decryptor = Cobblestone256Decryptor(file_key, place(body + 68))
plain = decryptor.update(data[body + 68:]) + decryptor.finalize()
size = struct.unpack(">I", plain[1:5])[0]
stores, at, records = json.loads(plain[5:5 + size])["stores"], 5 + size, {}
while plain[at] == 1:
    store, name, size = stores[plain[at + 1]], plain[at + 2:at + 18].hex(), struct.unpack(">I", plain[at + 18:at + 22])[0]
    records[store, name] = plain[at + 22:at + 22 + size]
    at += 22 + size
for (store, name), value in records.items():
    path = out / "records" / store / name
    path.parent.mkdir(parents=True, exist_ok=True); path.write_bytes(value)
    if store == "documents" and (source := records.get(("sources", json.loads(value).get("currentVersionId")))) is not None:
        path = out / "files" / pathlib.PurePosixPath(*[part for part in json.loads(value)["path"].split("/") if part.strip(".")])
        path.parent.mkdir(parents=True, exist_ok=True); path.write_bytes(source)
print(f"{len(records)} records, {sum(1 for store, _ in records if store == 'sources')} kept files.")
