import pytest

from tests.cast import register


def verify(client, token):
    return client.post("/api/v1/auth/email/verification", json={"token": token})


def test_the_mailed_token_verifies_the_address_once(client, mailbox):
    ada = register(client)
    token = mailbox()[-1].text.split()[-1]
    assert ada.get("/users/me")["email_verified"] is False
    assert verify(client, token).status_code == 204
    assert ada.get("/users/me")["email_verified"] is True
    assert verify(client, token).status_code == 422


def test_the_token_verifies_its_own_account_and_no_other(client, mailbox):
    register(client)
    token = mailbox()[-1].text.split()[-1]
    eve = register(client, "Eve")
    verify(client, token)
    assert eve.get("/users/me")["email_verified"] is False


@pytest.mark.parametrize("token", ["", "nonsense", "nul\x00"])
def test_nonsense_is_refused(client, token):
    assert verify(client, token).status_code == 422
