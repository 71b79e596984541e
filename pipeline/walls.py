"""Pages that are no articles though they answer 200: bot walls, consent pages, logins, paywall stubs, soft 404s, empty shells. Pure.

Only a page with little text can be one of these, so an article about captchas is never taken for one. Phrases are data, by what they
mean. What may be otherwise tomorrow (a bot wall, a consent page) is transient; the rest is final.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

# A wall says little. The longest seen (a consent page that lists its partners' purposes) had 190 words; the shortest articles that are
# worth keeping from behind one have more of their own.
WALL_WORDS = 220
STUB_WORDS = 130
BOT_WALL_WORDS = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Wall:
    """A kind of page that is no article."""

    reason: str
    detail: str
    is_transient: bool
    markup: re.Pattern[str] | None = None
    words: re.Pattern[str] | None = None
    title: re.Pattern[str] | None = None
    address: re.Pattern[str] | None = None
    most_words: int = WALL_WORDS


def _any(*patterns: str) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{pattern})" for pattern in patterns), re.IGNORECASE)


WALLS: tuple[Wall, ...] = (
    Wall(
        reason="bot_wall",
        detail="a bot wall stands before the page",
        is_transient=True,
        # Cloudflare, PerimeterX/HUMAN, DataDome, Imperva, Akamai, AWS WAF, Sucuri, DDoS-Guard, Kasada, Anubis
        markup=_any(
            r"cdn-cgi/challenge-platform", r"cf-browser-verification", r"_cf_chl_opt", r"id=[\"']px-captcha", r"captcha\.px-cdn\.net",
            r"geo\.captcha-delivery\.com", r"ct\.captcha-delivery\.com", r"_Incapsula_Resource", r"Incapsula incident ID", r"awswaf\.com",
            r"/\.within\.website/x/cmd/anubis", r"ddos-guard\.net", r"sucuri\.net/privacy", r"ips\.js\?.{0,40}kpsdk", r"errors\.edgesuite\.net",
        ),
        words=_any(
            r"verify(?:ing)? (?:that )?you are (?:a )?human", r"checking (?:if the site connection is secure|your browser before)",
            r"press & hold to confirm", r"are you a robot\?", r"unusual (?:traffic|activity) from your", r"making sure you're not a bot",
            r"access denied.{0,80}(?:reference|you don't have permission)", r"please complete the security check", r"request unsuccessful\. incapsula",
            r"enable javascript and cookies to continue", r"completing the captcha proves you are a human",
        ),
        title=_any(r"^just a moment(?:\.|…|$)", r"^attention required!", r"^access denied", r"^human verification", r"^robot (?:check|or human)", r"^pardon our interruption"),
        most_words=BOT_WALL_WORDS,
    ),
    Wall(
        reason="consent_page",
        detail="the publisher asks for consent before it shows the page",
        is_transient=True,
        address=_any(r"^consent\.", r"^guce\.", r"/(?:cookie-?wall|consent|zustimmung|privacy-?gate)(?:[/?.]|$)"),
        words=_any(
            r"before you continue to", r"we(?: and our \d+ partners)? (?:value|respect|care about) your privacy.{0,200}accept", r"um der nutzung .{0,80}zuzustimmen",
            r"mit werbung (?:und tracking )?(?:weiterlesen|lesen)", r"nous et nos (?:\d+ )?partenaires",
        ),
    ),
    Wall(
        reason="login_page",
        detail="the page asks for a login",
        is_transient=False,
        address=_any(r"/(?:log-?in|sign-?in|signin|account/login|sso|oauth|wp-login\.php)(?:[/?.]|$)"),
        title=_any(r"^(?:log|sign) ?in\b", r"^anmelden\b", r"^connexion\b", r"^iniciar sesión\b", r"^accedi\b", r"^вход\b", r"^zaloguj"),
        most_words=STUB_WORDS,
    ),
    Wall(
        reason="paywall_stub",
        detail="only the beginning of the article is free",
        is_transient=False,
        words=_any(
            r"(?:subscribe|sign up|register|log in|sign in) (?:now )?to (?:continue|keep|read|unlock|access)", r"to continue reading(?: this article)?,? (?:please|subscribe|log)",
            r"already a (?:subscriber|member)\?", r"this (?:article|content|story) is (?:for|available to|reserved for|exclusive to) (?:our )?(?:paid |premium )?(?:subscribers|members)",
            r"you(?:'ve| have) (?:reached|used) your (?:limit of )?free articles?", r"(?:weiterlesen|lesen sie weiter) mit .{0,30}(?:\+|abo|plus)", r"dieser artikel ist (?:exklusiv )?für abonnenten",
            r"cet article est réservé aux abonnés", r"il vous reste \d+ ?% de cet article", r"contenido exclusivo para suscriptores", r"articolo riservato agli abbonati",
            r"conteúdo exclusivo para assinantes", r"материал доступен только подписчикам", r"treść dostępna dla prenumeratorów",
        ),
        most_words=STUB_WORDS,
    ),
    Wall(
        reason="soft_404",
        detail="the page says that there is no such page",
        is_transient=False,
        title=_any(
            r"^(?:error )?404\b", r"\b404 (?:not found|error)", r"^(?:page|article|story|content) not found", r"^(?:seite|artikel) nicht gefunden", r"^page (?:non trouvée|introuvable)",
            r"^página no encontrada", r"^pagina non trovata", r"^página não encontrada", r"^nie znaleziono strony", r"^страница не найдена", r"^η σελίδα δεν βρέθηκε", r"^页面(?:不存在|未找到)", r"^ページが見つかりません",
        ),
        words=_any(
            r"^(?:sorry|oops|whoops)[,!. ].{0,60}(?:page|article|story).{0,40}(?:not|n't|cannot|can't) (?:be )?(?:found|exist)", r"the (?:page|article) (?:that )?you(?:'re| are| were)? (?:looking for|requested).{0,60}(?:not|n't|no longer|moved|removed)",
            r"this (?:page|article|story) (?:is no longer available|has been removed|does ?n[o']t exist)",
        ),
        most_words=STUB_WORDS,
    ),
    Wall(
        reason="needs_javascript",
        detail="the page is empty without JavaScript",
        is_transient=False,
        words=_any(r"you need to enable javascript to run this app", r"(?:please )?(?:enable|turn on|activate) javascript (?:to|in your browser|and)", r"this (?:site|page|app) requires javascript", r"javascript (?:is|seems to be) (?:disabled|required)"),
        most_words=60,
    ),
)  # fmt: skip


def wall_before(*, title: str | None, text: str, words: int, page_text: str, page_words: int, markup: str, address: str) -> Wall | None:
    """The kind of wall that a page is, None for an article or what might be one.

    `text` is what was extracted, `page_text` all that a reader sees; `words` and `page_words` count them. Phrases are looked for in all
    of a page only where that is little: the sidebar of a short news item may well ask for a subscription. The same holds for markup:
    Cloudflare puts the script of its wall into ordinary pages too.
    """
    parts = urlsplit(address)
    hosts_and_paths = (parts.hostname or "", f"{parts.hostname or ''}{parts.path}")
    for wall in WALLS:
        if words > wall.most_words:
            continue
        is_bare = page_words <= wall.most_words
        if wall.address and any(wall.address.search(place) for place in hosts_and_paths):
            return wall
        if wall.title and wall.title.search((title or "").strip()):
            return wall
        if wall.words and wall.words.search(page_text if is_bare else text):
            return wall
        if wall.markup and is_bare and wall.markup.search(markup):
            return wall
    return None
