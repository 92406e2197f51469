"""Telling, changing and forgetting what is known of families."""

from services.family.commands.asking import ask_about_birth
from services.family.commands.children import add_child, change_child, mark_dose, mark_due_doses, remove_child
from services.family.commands.erasing import forget_family
from services.family.commands.plans import publish_plan
from services.family.commands.pregnancies import add_pregnancy, change_pregnancy, note_birth, remove_pregnancy
from services.family.commands.reveals import REVEALS, reveal_family
from services.family.commands.stopping import resume_child, stop_child, stop_gently

__all__ = [
    "REVEALS",
    "add_child",
    "add_pregnancy",
    "ask_about_birth",
    "change_child",
    "change_pregnancy",
    "forget_family",
    "mark_dose",
    "mark_due_doses",
    "note_birth",
    "publish_plan",
    "remove_child",
    "remove_pregnancy",
    "resume_child",
    "reveal_family",
    "stop_child",
    "stop_gently",
]
