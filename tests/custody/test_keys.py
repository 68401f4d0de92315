import hashlib
import stat

import pytest

from amparo.custody import BadKey, LooseKeyFile, SigningKey, key_id, verify


def test_rfc_8032_vector_1():
    key = SigningKey.from_seed(bytes.fromhex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60"))
    assert key.public.hex() == "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"
    assert key.sign(b"", b"").hex().startswith("e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e06522490155")
    assert key.id == key_id(key.public) == hashlib.sha256(key.public).hexdigest()[:16]


def test_a_signature_holds_only_for_its_key_domain_and_bytes():
    key, other = SigningKey.generate(), SigningKey.generate()
    signature = key.sign(b"a\0", b"data")
    assert verify(key.public, b"a\0", b"data", signature)
    assert not verify(key.public, b"b\0", b"data", signature)
    assert not verify(key.public, b"a\0", b"datb", signature)
    assert not verify(other.public, b"a\0", b"data", signature)
    assert not verify(key.public, b"a\0", b"data", signature[:-1])


def test_saved_for_the_owner_only_and_never_overwritten(tmp_path):
    key, path = SigningKey.generate(), tmp_path / "signing.pem"
    key.save(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert SigningKey.load(path).public == key.public
    with pytest.raises(FileExistsError):
        SigningKey.generate().save(path)
    assert key.public.hex() not in repr(key)


def test_bad_key_files(tmp_path):
    path = tmp_path / "signing.pem"
    SigningKey.generate().save(path)
    path.chmod(0o640)
    with pytest.raises(LooseKeyFile, match="0640"):
        SigningKey.load(path)
    path.chmod(0o600)
    path.write_bytes(path.read_bytes()[:-40])
    with pytest.raises(BadKey):
        SigningKey.load(path)
    with pytest.raises(BadKey):
        SigningKey.from_seed(b"short")
    with pytest.raises(BadKey):
        verify(b"short", b"", b"", b"")
