"""Pages as WordPress themes write them, each with a comment form, share buttons and related posts in its own places.

The body paragraphs carry no word of the furniture, so that one misplaced word shows.
"""

from __future__ import annotations

from dataclasses import dataclass

ENGLISH = (
    "The ferry that nobody ordered came up the river on Tuesday with its lamps lit, and it has lain at pier nine ever since, humming.",
    "“We thought it was for the next town,” said the woman who keeps the ropes. “Then it asked us, over the loudspeaker, where the passengers were.”",
    "According to the harbour office there is a paper for it, stamped twice, on which the name of the buyer has been washed away by rain.",
    "Short of a better idea, the council has let the school use it for lessons in geography, which have never been so full.",
    "Whether it will sail before winter depends on a part that has to come from the north, and on the ice, of which there is none yet.",
)
GERMAN = (
    "Die Fähre, die niemand bestellt hat, kam am Dienstag mit brennenden Lampen den Fluss herauf und liegt seither brummend an Pier neun.",
    "„Wir dachten, sie sei für die nächste Stadt“, sagte die Frau, die auf die Taue achtet. „Dann fragte sie über den Lautsprecher nach Fahrgästen.“",
    "Im Hafenamt gibt es ein zweimal gestempeltes Papier, auf dem der Regen den Namen des Käufers vollständig abgewaschen hat.",
    "Weil niemand etwas Besseres wusste, hält die Schule dort nun Erdkunde ab, und so voll war der Unterricht noch nie zuvor.",
)
GREEK = (
    "Το πλοίο που δεν παρήγγειλε κανείς ανέβηκε το ποτάμι την Τρίτη με αναμμένα φώτα και από τότε βουίζει δεμένο στην ένατη προβλήτα.",
    "«Νομίζαμε ότι ήταν για την επόμενη πόλη», είπε η γυναίκα που φυλάει τα σχοινιά. «Ύστερα μας ρώτησε από το μεγάφωνο πού είναι οι επιβάτες.»",
    "Στο λιμεναρχείο υπάρχει ένα χαρτί με δύο σφραγίδες, πάνω στο οποίο η βροχή έσβησε εντελώς το όνομα του αγοραστή.",
    "Αφού κανείς δεν είχε καλύτερη ιδέα, το σχολείο κάνει εκεί γεωγραφία, και ποτέ άλλοτε η τάξη δεν ήταν τόσο γεμάτη.",
)
SPANISH = (
    "El transbordador que nadie encargó subió por el río el martes con las lámparas encendidas y desde entonces zumba en el muelle nueve.",
    "«Creíamos que era para el pueblo de al lado», dijo la mujer que cuida las cuerdas. «Luego nos preguntó por el altavoz dónde estaban los pasajeros.»",
    "En la oficina del puerto hay un papel con dos sellos en el que la lluvia ha borrado por completo el nombre del comprador.",
    "Como nadie tenía una idea mejor, la escuela da allí las clases de geografía, que nunca habían estado tan llenas de alumnos.",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Theme:
    """A page of a theme, what its article says, and words of its furniture, none of which may be left."""

    language: str
    markup: str
    paragraphs: tuple[str, ...]
    furniture: tuple[str, ...]
    content_html: str | None = None

    @property
    def body(self) -> bytes:
        head = "<meta charset='utf-8'><title>The ferry – Pier Blog</title><link rel='stylesheet' href='/wp-content/themes/x/style.css'>"
        return f"<!DOCTYPE html><html lang='{self.language}'><head>{head}</head>{self.markup}</html>".encode()


def _paragraphs(lines: tuple[str, ...]) -> str:
    return "".join(f"<p>{line}</p>" for line in lines)


_FORM = """<div id="respond" class="comment-respond"><h3 id="reply-title" class="comment-reply-title">Leave a Reply
<small><a href="#respond">Cancel reply</a></small></h3><form id="commentform" class="comment-form"><p class="comment-notes"><span>Your email
address will not be published.</span> Required fields are marked *</p><p><label>Comment *</label><textarea></textarea></p><p><label>Name *</label>
<input></p><p><input type="checkbox"><label>Save my name, email, and website in this browser for the next time I comment.</label></p>
<p><input type="submit" value="Post Comment"></p></form></div>"""
_SHARES = """<div class="sharedaddy sd-sharing-enabled"><h3 class="sd-title">Share this:</h3><ul><li><a href="?share=x"><span>Click to share on X (Opens
in new window)</span></a></li><li><a href="?share=facebook">Facebook</a></li></ul></div>"""
_RELATED = """<div id="jp-relatedposts"><h3>Related</h3><ul><li><a href="/lamps">Ten lamps for a dark stair</a></li>
<li><a href="/onions">Where the good onions went</a></li></ul></div>"""
_MENU = "<nav><ul><li><a href='/'>Home</a></li><li><a href='/about'>About the blog</a></li></ul></nav>"
_SIDEBAR = "<aside class='widget-area'><section><h2>Recent Posts</h2><ul><li><a href='/x'>Where the good onions went</a></li></ul></section></aside>"
_WORDS = (
    "Leave a Reply",
    "Cancel reply",
    "email address",
    "Required fields",
    "Save my name",
    "Post Comment",
    "Share this",
    "Click to share",
    "Facebook",
    "Related",
    "Ten lamps",
    "onions",
)
_LABELS = "<h3>Leave a Reply</h3><p>Your email address will not be published. Required fields are marked *</p><p>Name *</p><p>Email *</p><p>Website</p>"

THEMES = {
    "block": Theme(
        language="en-US",
        markup=f"""<body class="wp-site-blocks"><header class="wp-block-template-part">{_MENU}</header><main class="wp-block-group"><h1 class="wp-block-post-title">The
        ferry</h1><div class="entry-content wp-block-post-content">{_paragraphs(ENGLISH)}{_SHARES}{_RELATED}</div><div class="wp-block-comments"><h2
        class="wp-block-comments-title">2 responses to “The ferry”</h2><ol class="wp-block-comment-template"><li><div class="wp-block-comment-content"><p>I saw
        it from the bridge and it waved at me, or something on it did, for quite a while.</p></div></li></ol>{_FORM}</div></main></body>""",
        paragraphs=ENGLISH,
        furniture=(*_WORDS, "responses to", "waved at me"),
    ),
    "classic": Theme(
        language="en-US",
        markup=f"""<body><div id="page">{_MENU}<div id="content"><div class="post-12 post hentry comments-open"><h2 class="entry-title">The ferry</h2><div
        class="entry">{_paragraphs(ENGLISH)}{_SHARES}</div><p class="postmetadata">Filed under: Harbour</p></div><h3 id="comments">One Response to “The
        ferry”</h3><ol class="commentlist"><li><p>I saw it from the bridge and it waved at me, or something on it did, for quite a while.</p></li></ol>{_FORM}</div>{_SIDEBAR}</div></body>""",
        paragraphs=ENGLISH,
        furniture=(*_WORDS, "Filed under", "Response to", "waved at me"),
    ),
    "page builder": Theme(
        language="en-US",
        markup=f"""<body><div class="elementor"><div class="elementor-section"><div class="elementor-column"><div class="elementor-widget-theme-post-content"><div
        class="elementor-widget-container"><p>{ENGLISH[0]}</p>{"".join(f"<div>{line}</div>" for line in ENGLISH[1:])}</div></div><div class="elementor-share-buttons"><span>Share
        this:</span><span>Facebook</span></div><div class="elementor-posts"><h3>You may also like</h3><article><h4><a href="/lamps">Ten lamps for a dark stair</a></h4></article><article>
        <h4><a href="/onions">Where the good onions went</a></h4></article></div>{_FORM}</div></div></div></body>""",
        paragraphs=ENGLISH,
        furniture=(*_WORDS, "You may also like"),
    ),
    "form inside the content": Theme(
        language="en-US",
        markup=f"""<body><article><h1>The ferry</h1><div class="entry-content">{_paragraphs(ENGLISH)}<p>Share this:</p><p>Facebook</p>{_LABELS}<p>Save my name, email, and website in
        this browser for the next time I comment.</p></div></article></body>""",
        paragraphs=ENGLISH,
        furniture=_WORDS,
    ),
    "no ids": Theme(
        language="en-US",
        markup=f"""<body><div>{_MENU}</div><div><div><h1>The ferry</h1>{_paragraphs(ENGLISH)}</div><div><h3>Related Posts</h3><ul><li><a href="/lamps">Ten lamps for a dark stair</a></li><li><a
        href="/onions">Where the good onions went</a></li></ul></div><div>{_LABELS}<form><textarea></textarea><button>Post Comment</button></form></div></div></body>""",
        paragraphs=ENGLISH,
        furniture=_WORDS,
    ),
    "old line breaks": Theme(
        language="en",
        markup=f"""<body><table width="760"><tr><td>{_MENU}</td></tr><tr><td class="storytext"><h2>The ferry</h2>{"<br><br>".join(ENGLISH)}<br><br>Share this:<br>Facebook<br><br><b>Leave
        a Reply</b><br>Your email address will not be published.<br></td></tr></table></body>""",
        paragraphs=ENGLISH,
        furniture=_WORDS,
    ),
    "excerpt, with full content in the feed": Theme(
        language="en-US",
        markup=f"""<body><article><h1>The ferry</h1><div class="entry-summary"><p>{ENGLISH[0]} […]</p><p><a href="/ferry">Continue reading</a></p></div></article>{_RELATED}{_FORM}</body>""",
        paragraphs=ENGLISH,
        furniture=(*_WORDS, "Continue reading", "appeared first on", "[…]"),
        content_html=f"{_paragraphs(ENGLISH)}{_SHARES}{_RELATED}<p>The post <a href='/ferry'>The ferry</a> appeared first on <a href='/'>Pier Blog</a>.</p>",
    ),
    "German": Theme(
        language="de-DE",
        markup=f"""<body><main><article><h1>Die Fähre</h1><div class="entry-content">{_paragraphs(GERMAN)}<h3>Teilen:</h3><ul><li><a href="?s">Facebook</a></li></ul><h3>Das könnte dich auch
        interessieren</h3><ul><li><a href="/l">Zehn Lampen für eine dunkle Treppe</a></li><li><a href="/z">Wohin die guten Zwiebeln gingen</a></li></ul><h3>Schreibe einen Kommentar</h3><p>Deine
        E-Mail-Adresse wird nicht veröffentlicht. Erforderliche Felder sind mit * markiert</p><p>Kommentar abschicken</p></div></article></main></body>""",
        paragraphs=GERMAN,
        furniture=("Teilen", "Facebook", "interessieren", "Lampen für", "Zwiebeln", "Kommentar", "E-Mail"),
    ),
    "Greek": Theme(
        language="el",
        markup=f"""<body><div class="post"><h1>Το πλοίο</h1><div class="post-body">{_paragraphs(GREEK)}<p>Κοινοποίηση</p></div><div class="sxolia"><h4>2 σχόλια</h4><p>Το είδα από τη γέφυρα και με
        χαιρέτησε, ή κάτι πάνω του τέλος πάντων, για αρκετή ώρα.</p></div><div><h4>Διαβάστε επίσης:</h4><ul><li><a href="/l">Δέκα λάμπες για μια σκοτεινή σκάλα</a></li><li><a href="/k">Πού πήγαν τα καλά
        κρεμμύδια</a></li></ul><h4>Αφήστε μια απάντηση</h4><p>Η ηλ. διεύθυνση σας δεν δημοσιεύεται. Τα υποχρεωτικά πεδία σημειώνονται με *</p></div></div></body>""",
        paragraphs=GREEK,
        furniture=("Κοινοποίηση", "σχόλια", "γέφυρα", "Διαβάστε", "λάμπες", "κρεμμύδια", "Αφήστε", "διεύθυνση", "πεδία"),
    ),
    "Spanish": Theme(
        language="es",
        markup=f"""<body><article><h1>El transbordador</h1><div class="td-post-content">{_paragraphs(SPANISH)}<p>Comparte esto:</p><p>Facebook</p></div><div class="td_block_related"><h4>Artículos
        relacionados</h4><a href="/l">Diez lámparas para una escalera oscura</a></div><div class="lista-comentarios"><p>Lo vi desde el puente y me saludó, o algo me saludó, durante un buen rato.</p></div><div><h3>Deja una
        respuesta</h3><p>Tu dirección de correo electrónico no será publicada. Los campos obligatorios están marcados con *</p></div></article></body>""",
        paragraphs=SPANISH,
        furniture=("Comparte", "Facebook", "relacionados", "lámparas para", "desde el puente", "Deja una", "correo", "obligatorios"),
    ),
}  # fmt: skip
