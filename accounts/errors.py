"""What can go wrong when staff sign in or are managed, in words."""

from __future__ import annotations

from core.errors import N_, DomainError


class PasswordTooShortError(DomainError):
    words = N_("Your password must have 12 characters or more.")
    field = "password"


class PasswordTooLongError(DomainError):
    words = N_("Your password must have %(limit)s characters or fewer.")
    field = "password"


class PasswordTooPersonalError(DomainError):
    words = N_("Your password must not contain your name, your e-mail address or the name of the organisation.")
    field = "password"


class PasswordTooCommonError(DomainError):
    words = N_(
        "This password is too easy to guess. Use three or four words that have nothing to do with each other, "
        "or let a password manager make one."
    )
    field = "password"


class PasswordUnchangedError(DomainError):
    words = N_("Your new password must be different from the present one.")
    field = "password"


class WrongSignInError(DomainError):
    """Deliberately the same for an unknown address, a wrong password and an account that is switched off."""

    words = N_("The e-mail address or the password is not right.")
    field = "email"


class WrongPasswordError(DomainError):
    words = N_("That is not your present password.")
    field = "current_password"


class WrongCodeError(DomainError):
    words = N_("The code is not right, or it has been used already. Wait for the next code and enter that.")
    field = "code"


class WrongRecoveryCodeError(DomainError):
    words = N_("The recovery code is not right, or it has been used already.")
    field = "code"


class TooManyTriesError(DomainError):
    words = N_("There have been too many tries. Wait until %(until)s and try again.")


class EmailTakenError(DomainError):
    words = N_("Somebody already has an account with this e-mail address.")
    field = "email"


class LastAdministratorError(DomainError):
    words = N_(
        "This is the only administrator who can sign in. Make somebody else an administrator first, "
        "and wait until they have signed in."
    )


class LanguageMissingError(DomainError):
    words = N_("Choose the languages this person translates into.")
    field = "languages"


class LinkSpentError(DomainError):
    words = N_("This link has been used or is too old. Ask an administrator for a new one.")
