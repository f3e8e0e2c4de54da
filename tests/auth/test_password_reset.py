import pytest
from sqlalchemy import event, text, update

from tests.cast import PASSWORD, register
from wandr.extensions import db
from wandr.users.models import User

NEW = "another horse battery"


@pytest.fixture
def ada(client):
    return register(client)


@pytest.fixture
def statements(rolled_back):
    seen: list[str] = []

    def note(connection, cursor, statement, *_):
        if not statement.startswith(("SAVEPOINT", "RELEASE", "ROLLBACK")):
            seen.append(statement.split("(")[0])

    event.listen(rolled_back, "before_cursor_execute", note)
    yield seen
    event.remove(rolled_back, "before_cursor_execute", note)


def forgot(client, email):
    return client.post("/api/v1/auth/password/forgot", json={"email": email})


def reset(client, token, password=NEW):
    form = {"token": token, "password": password}
    return client.post("/api/v1/auth/password/reset", json=form)


def log_in(client, email, password):
    return client.post("/api/v1/auth/login", json={"email": email, "password": password})


def mailed_token(mailbox):
    return mailbox()[-1].text.split()[-1]


def test_a_mailed_token_sets_a_new_password(client, ada, mailbox):
    assert forgot(client, ada.email.upper()).status_code == 202
    assert mailbox()[-1].to == ada.email
    assert reset(client, mailed_token(mailbox)).status_code == 204
    assert log_in(client, ada.email, NEW).status_code == 200
    assert log_in(client, ada.email, PASSWORD).status_code == 401


def test_a_reset_ends_every_session_and_proves_the_address(client, ada, mailbox):
    forgot(client, ada.email)
    reset(client, mailed_token(mailbox))
    ada.get("/users/me", status=401)
    assert log_in(client, ada.email, NEW).json["user"]["email_verified"] is True


def test_a_token_is_good_once(client, ada, mailbox):
    forgot(client, ada.email)
    token = mailed_token(mailbox)
    assert reset(client, token).status_code == 204
    again = reset(client, token, "yet another horse")
    assert (again.status_code, again.json["code"]) == (422, "token_invalid")
    assert log_in(client, ada.email, NEW).status_code == 200


def test_a_reset_spends_every_earlier_token(client, ada, mailbox):
    forgot(client, ada.email)
    first = mailed_token(mailbox)
    forgot(client, ada.email)
    assert reset(client, mailed_token(mailbox)).status_code == 204
    assert reset(client, first).status_code == 422


def test_a_token_is_good_for_an_hour(client, ada, mailbox):
    forgot(client, ada.email)
    later = text("UPDATE email_tokens SET expires_at = expires_at - interval '61 minutes'")
    db.session.execute(later)
    db.session.commit()
    assert reset(client, mailed_token(mailbox)).status_code == 422


def test_the_welcome_token_resets_nothing(client, mailbox):
    register(client)
    assert reset(client, mailed_token(mailbox)).status_code == 422


@pytest.mark.parametrize("token", ["", "nonsense", "x" * 101, "nul\x00", "\ud800"])
def test_nonsense_is_refused(client, token):
    assert reset(client, token).status_code == 422


def test_a_weak_password_leaves_the_token_good(client, ada, mailbox):
    forgot(client, ada.email)
    token = mailed_token(mailbox)
    assert reset(client, token, "qwertyuiop").status_code == 422
    assert reset(client, token).status_code == 204


def test_an_unknown_address_gets_the_same_answer_the_same_work_and_no_mail(
    client, ada, mailbox, statements
):
    answers, work = [], []
    before = len(mailbox())
    for email in (ada.email, "nobody@example.com"):
        statements.clear()
        answer = forgot(client, email)
        answers.append((answer.status_code, answer.data))
        work.append(list(statements))
    assert answers[0] == answers[1] == (202, b"")
    assert work[0] == work[1]
    assert len(mailbox()) == before + 1


def test_an_inactive_account_is_mailed_nothing(client, ada, mailbox):
    db.session.execute(update(User).where(User.id == ada.user_id).values(is_active=False))
    db.session.commit()
    before = len(mailbox())
    assert forgot(client, ada.email).status_code == 202
    assert len(mailbox()) == before


def test_the_database_holds_no_token(client, ada, mailbox):
    forgot(client, ada.email)
    token = mailed_token(mailbox)
    rows = db.session.execute(text("SELECT email_tokens::text FROM email_tokens")).scalars().all()
    assert len(rows) == 2
    assert not any(token in row or token.encode().hex() in row for row in rows)
