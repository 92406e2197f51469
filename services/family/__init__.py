"""Families of members: children (孩子), pregnancies (孕期), milestones (满月, 百天, 周岁) and the vaccination plan (疫苗).

Stages and ages are derived each day, never typed. Children's data rests on a guardian's consent, pregnancies and allergies on the consent
about health: without it nothing of them is shown or used. Staff see it masked; whoever may see the rest is written down each time.
Stopping gently (已停止提醒) ends every reminder of pregnancies and babies, at once and for good, and asks for no reason.
"""
