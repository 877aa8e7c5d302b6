"""Accounts as tests need them, made by the acts that make them for real."""

from collections.abc import Callable
from datetime import datetime

import pytest
from django.test import Client

from accounts.models import User
from accounts.services import account_create, contacts_confirm, operator_appoint
from core.acts import SYSTEM

PASSWORD = "correct horse 42"


@pytest.fixture
def person(db: None, now: datetime) -> User:
    """Zhang San, with a verified address."""
    user = account_create(email="zhang@example.com", password=PASSWORD, display_name="张三", now=now)
    contacts_confirm(user=user, actor=SYSTEM, now=now)
    return user


@pytest.fixture
def other(db: None, now: datetime) -> User:
    """Somebody else."""
    user = account_create(email="li@example.com", password=PASSWORD, display_name="李四", now=now)
    contacts_confirm(user=user, actor=SYSTEM, now=now)
    return user


@pytest.fixture
def operator(db: None, now: datetime) -> User:
    """An operator of marketplace operations."""
    user = account_create(email="ops@example.com", password=PASSWORD, display_name="运营", now=now)
    contacts_confirm(user=user, actor=SYSTEM, now=now)
    operator_appoint(user=user, roles=["marketplace_operations"], actor=SYSTEM, now=now)
    return user


@pytest.fixture
def signed_in(client: Client) -> Callable[[User], Client]:
    """The test client, signed in as somebody."""

    def enter(user: User) -> Client:
        client.force_login(user)
        return client

    return enter
