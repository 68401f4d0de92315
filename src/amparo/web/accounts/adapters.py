"""What we tell allauth: nobody signs up, secrets are boxed, no mail is sent."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from django.http import HttpRequest
from nacl.encoding import URLSafeBase64Encoder
from nacl.secret import SecretBox

from amparo.web.common.home import secret


class NoSignup(DefaultAccountAdapter):
    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """No mail server is assumed, and no mail about staff is wanted."""


class BoxedSecrets(DefaultMFAAdapter):
    """TOTP secrets lie in the database boxed under keys/mfa.key: a dump alone makes no codes."""

    def encrypt(self, text: str) -> str:
        return SecretBox(secret("mfa.key")).encrypt(text.encode(), encoder=URLSafeBase64Encoder).decode()

    def decrypt(self, encrypted_text: str) -> str:
        return SecretBox(secret("mfa.key")).decrypt(encrypted_text.encode(), encoder=URLSafeBase64Encoder).decode()

    def get_totp_issuer(self) -> str:
        return "Amparo"
