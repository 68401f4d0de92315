from django.urls import path

from amparo.web.cases import views

app_name = "cases"
urlpatterns = [
    path("", views.case_list, name="list"),
    path("new/", views.new, name="new"),
    path("<uuid:pk>/", views.case, name="case"),
    path("<uuid:pk>/authorise/", views.authorise, name="authorise"),
    path("<uuid:pk>/members/add/", views.add_member, name="add-member"),
    path("<uuid:pk>/people/enter/", views.enter_person, name="enter-person"),
    path("<uuid:pk>/people/<slug:number>/move/", views.move_person, name="move-person"),
]
