"""What Pamoja itself says in a conversation, in each language; products bring their own words."""

from __future__ import annotations

PHRASES: dict[str, dict[str, str]] = {
    "en": {
        "welcome": "*Karibu! Welcome to {community}.* 👋\nHere you save together with people you trust, and this chat "
        "is all you need.\n\nWhat shall we call you? By telling us your name you agree that we write to you here. "
        "Say *STOP* at any time and we stop.",
        "name_again": "Please tell us your name as others should see it, such as _Amina Wanjiru_.",
        "is_this_you": "This number stands in the profile of *{name}*. Is that you?",
        "yes": "Yes, that is me",
        "no": "No",
        "glad": "Thank you, *{name}*. You are a member of {community} now.",
        "knew": "Welcome back, *{name}*.",
        "greeting": "Hello{name}! What would you like to do?",
        "greeting_2": "Good to hear from you{name}. What shall we do?",
        "can_say": "You can say:",
        "any_time": "_CANCEL_ leaves what we are talking about, _PERSON_ calls somebody, _KISWAHILI_ changes the "
        "language, _STOP_ ends all messages.",
        "missed": "Sorry, that I did not understand.",
        "missed_2": "I am still not sure what you mean.",
        "choose": "Please choose a number from 1 to {most}, or say it in words.",
        "ask_person": "Shall somebody of {community} answer you? Say *PERSON*.",
        "person_title": "Talk to a person",
        "person_called": "Somebody of {community} will answer you here. Until then just write what it is about.",
        "person_gone": "You are talking with the assistant again. Say *HELP* to see what I can do.",
        "stopped": "You get no more messages from {community}. Say *START* if you change your mind.",
        "started": "Welcome back! Messages from {community} are on again.",
        "left": "All right, we leave that.",
        "nothing_to_leave": "There is nothing to leave. Say *HELP* to see what I can do.",
        "back_to": "Back to where we were: {prompt}",
        "spoken": "I speak English with you now.",
        "menu": "Menu",
        "help_title": "Help",
        "trouble": "Something went wrong on our side. Nothing was changed. Please say it again in a minute.",
        "media": "Thank you. I cannot look at pictures or listen to recordings yet; please write it.",
        "not_in_use": "That cannot be done here any more.",
        "proved": "Thank you, *{name}*. This number is verified as yours at {community}. If that was not you, tell us "
        "with *PERSON*.",
        "proof_stale": "This code is not valid any more. Open the page again and ask for another.",
        "proof_other_number": "This code is for another number than the one you write from, so it proves nothing. "
        "Send it from the phone whose number is in your profile, or change the number there.",
        "proof_hidden_number": "We do not see for certain from which number this comes, so it proves nothing. Send "
        "it by WhatsApp with your number shown, or ask for a code by text message.",
    },
    "sw": {
        "welcome": "*Karibu {community}!* 👋\nHapa mnaweka akiba pamoja na watu mnaoaminiana, na mazungumzo haya "
        "yanatosha.\n\nTukuite nani? Ukitupa jina lako unakubali tukuandikie hapa. Sema *ACHA* wakati wowote nasi "
        "tutaacha.",
        "name_again": "Tafadhali tuambie jina lako kama wengine watakavyoliona, mfano _Amina Wanjiru_.",
        "is_this_you": "Nambari hii iko kwenye wasifu wa *{name}*. Ni wewe?",
        "yes": "Ndiyo, ni mimi",
        "no": "Hapana",
        "glad": "Asante, *{name}*. Sasa wewe ni mwanachama wa {community}.",
        "knew": "Karibu tena, *{name}*.",
        "greeting": "Habari{name}! Ungependa kufanya nini?",
        "greeting_2": "Vizuri kusikia kutoka kwako{name}. Tufanye nini?",
        "can_say": "Unaweza kusema:",
        "any_time": "_GHAIRI_ huacha tunachozungumza, _MTU_ humwita mtu, _ENGLISH_ hubadili lugha, _ACHA_ husitisha "
        "ujumbe wote.",
        "missed": "Samahani, sikuelewa hilo.",
        "missed_2": "Bado sijaelewa unamaanisha nini.",
        "choose": "Tafadhali chagua nambari kati ya 1 na {most}, au sema kwa maneno.",
        "ask_person": "Mtu wa {community} akujibu? Sema *MTU*.",
        "person_title": "Ongea na mtu",
        "person_called": "Mtu wa {community} atakujibu hapa. Kwa sasa andika tu ni kuhusu nini.",
        "person_gone": "Sasa unaongea na msaidizi tena. Sema *MSAADA* kuona ninachoweza.",
        "stopped": "Hutapata ujumbe tena kutoka {community}. Sema *ANZA* ukibadili nia.",
        "started": "Karibu tena! Ujumbe kutoka {community} umewashwa tena.",
        "left": "Sawa, tuache hilo.",
        "nothing_to_leave": "Hakuna cha kuacha. Sema *MSAADA* kuona ninachoweza.",
        "back_to": "Turudi tulipokuwa: {prompt}",
        "spoken": "Sasa naongea Kiswahili nawe.",
        "menu": "Orodha",
        "help_title": "Msaada",
        "trouble": "Kuna hitilafu upande wetu. Hakuna kilichobadilika. Tafadhali sema tena baada ya dakika moja.",
        "media": "Asante. Bado siwezi kuona picha wala kusikiliza sauti; tafadhali andika.",
        "not_in_use": "Hilo haliwezi kufanyika hapa tena.",
        "proved": "Asante, *{name}*. Nambari hii imethibitishwa kuwa yako katika {community}. Kama si wewe, tuambie "
        "kwa *MTU*.",
        "proof_stale": "Msimbo huu hautumiki tena. Fungua ukurasa tena uombe mwingine.",
        "proof_other_number": "Msimbo huu ni wa nambari nyingine, si hii unayoandikia, kwa hivyo hauthibitishi kitu. "
        "Utume kutoka simu ambayo nambari yake iko kwenye wasifu wako, au badilisha nambari hapo.",
        "proof_hidden_number": "Hatuoni kwa hakika inatoka nambari gani, kwa hivyo haithibitishi kitu. Tuma kwa "
        "WhatsApp nambari yako ikionekana, au omba msimbo kwa ujumbe mfupi.",
    },
}
LANGUAGES = tuple(PHRASES)

SWAHILI_GREETINGS = frozenset(
    {"habari", "mambo", "hujambo", "jambo", "sasa", "niaje", "shikamoo", "salaam", "habari yako", "habari za asubuhi"}
)
GREETINGS = SWAHILI_GREETINGS | {"hi", "hello", "hey", "hi there", "good morning", "good afternoon", "good evening"}
LEAVE = frozenset({"cancel", "back", "leave", "never mind", "nevermind", "ghairi", "rudi", "basi", "achana nayo"})
MENU = frozenset(
    {"menu", "what can i say", "what can you do", "commands", "options", "orodha", "naweza kusema nini", "?"}
)
PERSON = frozenset({"person", "agent", "human", "talk to a person", "mtu", "wakala", "ongea na mtu", "nataka mtu"})
SPEAK = {"english": "en", "kiingereza": "en", "swahili": "sw", "kiswahili": "sw"}


def phrase(language: str, name: str, /, **words: object) -> str:
    """One of our sentences, in English where a language lacks it."""
    return PHRASES.get(language, PHRASES["en"]).get(name, PHRASES["en"][name]).format(**words)
