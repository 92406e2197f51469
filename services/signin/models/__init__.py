"""Tables of signing in: sessions and devices, one-time codes, what only its person has, and what stands before stored value."""

from services.signin.models.codes import DevelopmentMail, OneTimeCode, PhoneCode, PhoneQuestion, Scan
from services.signin.models.keys import (
    Authenticator,
    Passkey,
    PasskeyChallenge,
    RecoveryCode,
    SecondStep,
    ShownRecoveryCode,
    StaffPin,
    WalletPin,
)
from services.signin.models.sessions import DeviceCode, MemberDevice, MemberSession, ShopDevice, StaffSession
from services.signin.models.spending import CoolDown, SpendingFreeze, SpendingProof

__all__ = [
    "Authenticator",
    "CoolDown",
    "DevelopmentMail",
    "DeviceCode",
    "MemberDevice",
    "MemberSession",
    "OneTimeCode",
    "Passkey",
    "PasskeyChallenge",
    "PhoneCode",
    "PhoneQuestion",
    "RecoveryCode",
    "Scan",
    "SecondStep",
    "ShopDevice",
    "ShownRecoveryCode",
    "SpendingFreeze",
    "SpendingProof",
    "StaffPin",
    "StaffSession",
    "WalletPin",
]
