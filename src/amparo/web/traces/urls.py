from django.urls import path

from amparo.web.traces.views import books, chains, entities, joins, own_tags, tags, traces

app_name = "traces"
urlpatterns = [
    path("chains/", chains.chains, name="chains"),
    path("chains/load/", chains.load, name="load"),
    path("chains/<uuid:pk>/", chains.chain, name="chain"),
    path("chains/<uuid:pk>/entities/", chains.join_entities, name="join-entities"),
    path("chains/<uuid:pk>/look-up/", chains.look_up, name="look-up"),
    path("chains/<uuid:pk>/address/<str:text>/", entities.address, name="address"),
    path("chains/<uuid:pk>/address/<str:text>/follow/", entities.follow, name="from-address"),
    path("chains/<uuid:pk>/entity/<str:text>/", entities.entity, name="entity"),
    path("chains/<uuid:pk>/transaction/<str:text>/", entities.transaction, name="transaction"),
    path("chains/<uuid:pk>/transaction/<str:text>/hold/", entities.hold, name="hold-edge"),
    path("chains/held/<uuid:pk>/release/", entities.release, name="release-edge"),
    path("tags/import/", tags.import_tags, name="tags"),
    path("tags/own/", own_tags.own_tags, name="own-tags"),
    path("tags/own/export/", own_tags.export, name="own-tags-export"),
    path("tags/own/<uuid:pk>/review/", own_tags.review, name="own-tag-review"),
    path("tags/own/<uuid:pk>/withdraw/", own_tags.withdraw, name="own-tag-withdraw"),
    path("tags/packs/<uuid:pk>/", own_tags.pack, name="pack"),
    path("case/<uuid:case_id>/", traces.case, name="case"),
    path("case/<uuid:case_id>/books/", books.books, name="books"),
    path("case/<uuid:case_id>/joins/", joins.joins, name="joins"),
    path("case/<uuid:case_id>/joins/look/", joins.look, name="look-for-joins"),
    path("case/<uuid:case_id>/accounts/new/", joins.new, name="new-account-trace"),
    path("exhibits/<uuid:pk>/read/", books.read, name="read"),
    path("books/<uuid:pk>/", books.book, name="book"),
    path("joins/<uuid:pk>/decide/", joins.decide, name="decide-join"),
    path("case/<uuid:case_id>/new/", traces.new, name="new"),
    path("<uuid:pk>/", traces.trace, name="trace"),
    path("<uuid:pk>/marks/", traces.mark, name="mark"),
    path("<uuid:pk>/marks/<uuid:mark_id>/remove/", traces.unmark, name="unmark"),
    path("<uuid:pk>/<slug:rule>.csv", traces.export, name="export"),
]
