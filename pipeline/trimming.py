"""Page furniture that extraction leaves at the ends of a text: comment forms, share bars, related lists, sign-up boxes. Pure.

Only whole short lines are recognised, and only at the ends: an article about comment forms keeps every sentence of its own. What is
cut is returned, never lost. The phrases are data, by what they belong to, in the languages of the feeds that we follow.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from pipeline.paragraphs import is_label, is_prose, is_sentence, squeezed, word_weight

# Words that must be left before a list of links is cut from the end: a post that is a list of links keeps it.
_TEXT_WORDS = 50
# Links that make a list, and the share of a line's letters that must be those of a link.
_LIST_LINKS = 2
_LINK_SHARE = 0.8
# A heading of such a list is a few words.
_HEADING_WORDS = 6


def _lines(*patterns: str) -> re.Pattern[str]:
    """A pattern that must match a whole line, decoration around it aside."""
    joined = "|".join(f"(?:{pattern})" for pattern in patterns)
    return re.compile(rf"^[\W_]*(?:{joined})[\W_]*$", re.IGNORECASE)


# Headings of a comment form or of what people wrote in it: all that follows belongs to it.
_COMMENTS_BEGIN = _lines(
    r"leave (?:a|your) (?:reply|comment|response)(?: to .{1,60})?(?: cancel reply)?",
    r"(?:post|add|write|submit) (?:a|your|new) (?:comment|reply)",
    r"your e-?mail (?:address )?will not be published.{0,60}",
    r"you must be logged in to (?:post|leave) a (?:comment|reply)",
    r"(?:log|sign) in to (?:comment|leave a comment|reply)",
    r"join the (?:discussion|conversation)",
    r"(?:\d+ |no )?(?:comments?|responses|replies|thoughts) (?:on|to) .{3,120}",
    r"(?:\d+|no) (?:comments?|responses|replies)(?: so far| yet)?",
    r"be the first to comment.{0,60}",
    r"comments (?:are|have been) (?:closed|disabled)(?: .{1,40})?",
    r"(?:schreibe?n? sie |schreibe |hinterlasse |hinterlassen sie )?(?:einen|ihren|deinen) kommentar(?: schreiben| hinterlassen)?.{0,30}",
    r"kommentar (?:schreiben|verfassen|hinterlassen|abgeben)",
    r"deine e-?mail-?adresse wird nicht veröffentlicht.{0,60}",
    r"laisser (?:un|votre) commentaire.{0,30}",
    r"votre adresse (?:e-?mail|de messagerie) ne sera pas publiée.{0,60}",
    r"(?:deja|dejar) (?:una respuesta|un comentario).{0,30}",
    r"tu dirección de correo electrónico no será publicada.{0,60}",
    r"lascia (?:un commento|una risposta).{0,30}",
    r"il tuo indirizzo e-?mail non sarà pubblicato.{0,60}",
    r"deixe (?:um comentário|uma resposta).{0,30}",
    r"o seu endereço de e-?mail não será publicado.{0,60}",
    r"(?:dodaj|napisz|zostaw) (?:swój )?(?:komentarz|odpowiedź).{0,30}",
    r"twój adres e-?mail nie zostanie opublikowany.{0,60}",
    r"(?:добавить|оставить|написать) (?:свой )?(?:комментарий|ответ).{0,30}",
    r"ваш (?:e-?mail|адрес email).{0,12} не будет опубликован.{0,60}",
    r"(?:αφήστε|γράψτε|προσθέστε|σχολιάστε)(?: (?:ένα|το))? ?(?:σχόλιο|απάντηση|σχόλιό σας)?.{0,30}",
    r"η ηλ\. διεύθυνση σας δεν δημοσιεύεται.{0,60}",
    r"(?:发表|添加|我要|网友)评论.{0,12}",
    r"(?:發表|我要)(?:評論|回應|留言).{0,12}",
    r"コメントを(?:残す|書く|投稿する).{0,12}",
)

# Headings of a list of other articles: what follows is theirs as long as it is titles.
_LIST_BEGINS = _lines(
    r"(?:you (?:may|might) (?:also )?(?:like|enjoy|be interested in)|also read|read (?:also|next|more)|see also|more (?:from|on|stories|news).{0,40})",
    r"(?:related|similar|recommended|popular|latest|recent|trending|top) (?:posts?|articles?|stories|news|links|content|topics|coverage|reading|items)?.{0,20}",
    r"(?:most )?(?:popular|read|viewed|shared|commented)(?: (?:stories|articles|today|this week))?",
    r"(?:das könnte (?:sie|dich) auch interessieren|mehr zum thema|ähnliche (?:artikel|beiträge)|lesen sie auch).{0,30}",
    r"(?:à lire aussi|lire aussi|articles (?:similaires|liés)|sur le même sujet).{0,30}",
    r"(?:artículos relacionados|noticias relacionadas|te puede interesar|lea también|ver también).{0,30}",
    r"(?:articoli correlati|leggi anche|potrebbe interessarti).{0,30}",
    r"(?:artigos relacionados|leia também|veja também).{0,30}",
    r"(?:zobacz (?:też|także|również)|czytaj (?:też|także|również|więcej)|podobne (?:artykuły|tematy)|powiązane (?:artykuły|tematy)|przeczytaj także).{0,40}",
    r"(?:читайте (?:также|ещё|еще)|похожие (?:статьи|новости|материалы)|по теме|материалы по теме|другие новости).{0,40}",
    r"(?:διαβάστε (?:επίσης|ακόμα|περισσότερα)|σχετικά (?:άρθρα|θέματα|νέα)|δείτε επίσης|περισσότερα θέματα).{0,40}",
    r"(?:相关(?:新闻|阅读|链接|报道|文章|专题)|延伸阅读|推荐阅读|相關(?:新聞|文章|報導)|延伸閱讀|更多新闻|热点推荐|編輯推薦).{0,12}",
    r"(?:関連(?:記事|リンク|ニュース)|あわせて読みたい).{0,12}",
)

# Single lines that are furniture by themselves, at either end.
_FURNITURE = _lines(
    r"(?:share|tweet|like|print|pin|pin it|e-?mail|save|follow|facebook|twitter|x|linkedin|whatsapp|telegram|reddit|pinterest|pocket|copy link|more|tumblr|mastodon|bluesky|digg|stumbleupon|\s|[|,·•&/+]|\d+)+",
    r"(?:share|tweet|post|send|save|print|e-?mail) (?:this|it|on|to|via|with)(?: \w+){0,6}",
    r"click to (?:share|email|print)(?: .{1,60})?(?:\(opens in new window\))?.{0,200}",
    r"like this:?|like loading\.{0,3}|loading\.{0,3}",
    r"(?:like|follow|find|join) us on .{3,60}",
    r"(?:sign up|subscribe|register)(?: now| here| today)?(?: (?:for|to|by) .{3,80})?",
    r"(?:get|receive) (?:the|our|new) .{3,60} (?:in|to|by) (?:your )?(?:inbox|e-?mail)",
    r"(?:enter )?(?:your )?e-?mail address:?|type your e-?mail.{0,5}|we respect your privacy.{0,60}",
    r"(?:posted|published|(?:last )?updated|last modified|created)(?: on| at| by)?\b ?:? .{0,60}\d{4}.{0,40}",
    r"(?:tags?|tagged(?: (?:with|as))?|filed under|posted in|categor(?:y|ies)|keywords|labels|topics)\b ?:.{1,200}",
    r"(?:previous|next|older|newer) (?:post|article|entry|story|page)s?(?: ?:.{1,160})?",
    r"(?:post|entry) navigation|skip to (?:main )?content|back to top|scroll to top|continue reading|read more",
    r"(?:name|e-?mail|website|comment|message|save my name, e-?mail.{0,80}|notify me of .{5,60}|post comment|submit(?: comment)?|cancel reply|required fields are marked.{0,10})(?: ?\*| \(required\))*",
    r"this site uses akismet.{0,120}",
    r"advertisement|sponsored(?: content)?|anzeige|publicité|publicidad|реклама|reklama|διαφήμιση|广告|廣告",
    r"(?:teilen|drucken|merken|versenden|partager|imprimer|compartir|imprimir|condividi|stampa|compartilhar|udostępnij|drukuj|поделиться(?: .{1,40})?|распечатать|версия для печати|εκτύπωση|κοινοποίηση|分享(?:到.{0,20})?|打印|comparte(?: esto)?|compártelo|compartilhe(?: isso)?|condividi(?: su)?|partagez?(?: ceci| cet article)?|teilen mit|【?大 ?中 ?小】?|シェア|印刷)",
    r"(?:schlagwörter|stichwörter|étiquettes|etiquetas|tagi|słowa kluczowe|теги|метки|ετικέτες|标签|標籤|タグ) ?[:：].{1,200}",
)

# Sentences of the site, not of the article, at its end; they may be longer than a label.
_NOTICE_WORDS = 45
_NOTICES = _lines(
    r"(?:copyright|©|\(c\)|ⓒ).{0,4}\d{4}.{0,250}|(?:copyright|©) .{0,200}(?:rights reserved|ltd|inc|llc|gmbh)\b.{0,200}",
    r"(?:.{0,120}\W)?all rights reserved.{0,200}",
    r"(?:все права (?:защищены|на материалы).{0,250}|wszelkie prawa zastrzeżone.{0,200}|alle rechte vorbehalten.{0,200}|tous droits réservés.{0,200}"
    r"|todos los derechos reservados.{0,200}|todos os direitos reservados.{0,200}|tutti i diritti riservati.{0,200}|版[权權]所有.{0,100})",
    r"(?:you can )?(?:follow|like|find|join) .{2,80}\b(?:on|at) (?:twitter|facebook|instagram|linkedin|telegram|youtube|google\+)\b.{0,120}",
    r"(?:click here to )?(?:sign up|subscribe) (?:for|to|here) .{0,80}\b(?:newsletters?|e-?mails?|inbox|updates|alerts)\b.{0,80}",
    r"(?:get|receive) .{3,100}\b(?:in|to|into|by|via) (?:your )?(?:inbox|e-?mail|letterbox)\b.{0,100}",
    r"(?:like|enjoyed?|loved?) (?:this|the) (?:story|article|post|piece)\?.{0,100}",
)


def trim_tail(paragraphs: Sequence[str]) -> tuple[list[str], list[str]]:
    """What is left of the text and what was cut from its end, both in order."""
    kept = list(paragraphs)
    while True:
        end = _furniture_begins(kept)
        if end == len(kept):
            return kept, list(paragraphs[end:])
        kept = kept[:end]


def trim_head(paragraphs: Sequence[str]) -> tuple[list[str], list[str]]:
    """What is left of the text and what was cut from its beginning: share bars and labels above the first sentence."""
    start = 0
    while start < len(paragraphs) and is_label(paragraphs[start]) and _FURNITURE.match(paragraphs[start]):
        start += 1
    return list(paragraphs[start:]), list(paragraphs[:start])


def trim_links(paragraphs: Sequence[str], anchors: frozenset[str]) -> tuple[list[str], list[str]]:
    """What is left and what was cut: a list of links to other articles at the end, with its heading.

    `anchors` are the squeezed texts of the page's links. A line is a link where a link's text is most of it; between links in such a
    list only labels stand.
    """
    kept = list(paragraphs)
    begins, links = len(kept), 0
    for place in range(len(kept) - 1, 0, -1):
        if _is_link(kept[place], anchors):
            begins, links = place, links + 1
        elif is_sentence(kept[place]) or not is_label(kept[place]):
            break
    if links < _LIST_LINKS:
        return kept, []
    if begins > 1 and len(kept[begins - 1].split()) <= _HEADING_WORDS and not is_sentence(kept[begins - 1]):
        begins -= 1
    if sum(map(word_weight, kept[:begins])) < _TEXT_WORDS:
        return kept, []
    return kept[:begins], kept[begins:]


def _is_link(line: str, anchors: frozenset[str]) -> bool:
    letters = squeezed(line)
    if letters in anchors:
        return True
    return any(len(anchor) >= _LINK_SHARE * len(letters) and anchor in letters for anchor in anchors) if len(line) <= 300 else False


def _furniture_begins(lines: Sequence[str]) -> int:
    """The index of the first line that can be cut from the end; the length where nothing can. The first line is never cut."""
    if len(lines) > 1 and _closes(lines[-1]):
        return len(lines) - 1
    prose_ends = next((place for place in range(len(lines) - 1, -1, -1) if is_prose(lines[place])), 0)
    for place in range(max(1, prose_ends), len(lines)):
        if _heads(lines[place]):
            return place
    for place in range(max(1, len(lines) - 40), prose_ends):  # comments are prose: only a form's own words cut through them
        if _COMMENTS_BEGIN.match(lines[place]) and place >= len(lines) // 2:
            return place
    return len(lines)


def _closes(line: str) -> bool:
    if is_label(line) and _FURNITURE.match(line):
        return True
    return word_weight(line) <= _NOTICE_WORDS and bool(_NOTICES.match(line))


def _heads(line: str) -> bool:
    return is_label(line) and bool(_COMMENTS_BEGIN.match(line) or _LIST_BEGINS.match(line))
