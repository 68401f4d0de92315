"""Help pages: for parents, for children; the texts are data files of the help room."""

from django.http import Http404, HttpResponse

from amparo.web.help.content import AUDIENCES, items_for
from amparo.web.portal.page import Page, public


@public
def help_start(page: Page) -> HttpResponse:
    shelves = [{"audience": each, "items": items_for(each.name, page.language)} for each in AUDIENCES]
    return page.render("help/start.html", {"shelves": shelves})


@public
def help_audience(page: Page, audience: str) -> HttpResponse:
    if audience not in AUDIENCES:
        raise Http404
    context = {"audience": AUDIENCES[audience], "items": items_for(audience, page.language)}
    return page.render("help/audience.html", context)


@public
def help_item(page: Page, audience: str, key: str) -> HttpResponse:
    if audience not in AUDIENCES:
        raise Http404
    found = next((each for each in items_for(audience, page.language) if each.key == key), None)
    if found is None:
        raise Http404
    others = [each for each in items_for(audience, page.language) if each.key != key]
    return page.render("help/item.html", {"audience": AUDIENCES[audience], "item": found, "others": others})
