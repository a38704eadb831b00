import os
import time

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import path

from tests.config.tiny.models import Row


def pids(request: HttpRequest) -> JsonResponse:
    return JsonResponse({"web": os.getpid(), "rows": Row.objects.count()})


def add(request: HttpRequest) -> HttpResponse:
    Row.objects.create(text=request.GET.get("text", ""))
    return HttpResponse("kept")


def slow(request: HttpRequest) -> HttpResponse:
    time.sleep(30)
    return HttpResponse("late")


urlpatterns = [path("", pids), path("add", add), path("slow", slow)]
