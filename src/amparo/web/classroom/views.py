"""Pages of the classroom."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from amparo.base import AmparoError
from amparo.web.accounts.permissions import require
from amparo.web.classroom import actions, forms
from amparo.web.classroom.models import Exercise
from amparo.web.common.errors import say


@login_required
def exercises(request: HttpRequest) -> HttpResponse:
    require(request.user, "classroom.learn")
    context = {"exercises": Exercise.objects.all(), "may_teach": request.user.may("classroom.teach")}
    return render(request, "classroom/list.html", context)


@login_required
def start(request: HttpRequest) -> HttpResponse:
    require(request.user, "classroom.teach")
    form = forms.ExerciseForm(request.POST or None)
    if form.is_valid():
        try:
            exercise = actions.start_exercise(actor=request.user, **form.cleaned_data)
        except AmparoError as error:
            form.add_error(None, str(say(error)))
        else:
            return redirect(f"{reverse('jobs:job', args=[exercise.job_id])}?back={reverse('classroom:list')}")
    return render(request, "classroom/start.html", {"form": form}, status=400 if form.errors else 200)
