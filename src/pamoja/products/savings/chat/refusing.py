"""How savings says no in a conversation in Swahili."""

from __future__ import annotations

from pamoja.kernel.messaging.public import say_in_swahili

say_in_swahili(
    {
        "savings.invitation_not_found": "Msimbo huu wa mwaliko haujulikani. Tafadhali uhakikishe na aliyekutumia.",
        "savings.already_started": "Mduara umeshaanza, kwa hiyo hili haliwezekani tena.",
        "savings.invitation_revoked": "Mwaliko huu umeondolewa. Tafadhali mwombe mwandaaji mwingine.",
        "savings.invitation_expired": "Mwaliko huu umepitwa na wakati. Tafadhali mwombe mwandaaji mwingine.",
        "savings.invitation_used_up": "Mwaliko huu umeshatumika. Tafadhali mwombe mwandaaji mwingine.",
        "savings.already_in_circle": "Tayari uko katika mduara huu.",
        "savings.full": "Mduara huu umejaa: nafasi zote {members_max} zimechukuliwa.",
        "savings.rules_not_accepted": "Tafadhali soma na ukubali kanuni za mduara kwanza.",
        "savings.rules_changed": "Kanuni za mduara zimebadilika tangu ulipozifungua. Tafadhali zisome tena.",
        "savings.contribution_not_found": "Hatukupata mchango huu.",
        "savings.not_yours": "Huu ni wa mwanachama mwingine wa mduara.",
        "savings.key_used_otherwise": "Ombi hili limeshatumika kwa jambo lingine.",
        "savings.already_paid": "Mchango huu umeshalipwa. Hakuna pesa iliyochukuliwa.",
        "savings.contribution_closed": "Mchango huu haudaiwi tena. Hakuna pesa iliyochukuliwa.",
        "savings.not_running": "Mduara hauendeshwi kwa sasa. Hakuna pesa iliyohama.",
        "savings.circle_not_found": "Hatukupata mduara huu.",
        "savings.not_in_circle": "Mtu huyu si mwanachama wa mduara.",
        "savings.over": "Mduara huu umekwisha.",
        "savings.payment_under_way": "Malipo ya mchango huu yanaendelea. Yakamilishe kwenye simu yako, au subiri "
        "dakika chache.",
        "savings.wallet_too_low": "Pochi yako ina {available}, na inahitajika {needed}. Hakuna pesa iliyochukuliwa.",
    }
)
