"""News for open pages, through Redis streams and server-sent events.

``publish(topic, event, data)`` tells everybody who watches the topic; a page opens one
stream at ``/events/?topic=...&topic=...`` for all that it shows. Events are hints that
something changed: the database stays the truth, and losing Redis loses no more than
promptness. ``register_topic(prefix, authorise)`` in ``<app>/event_topics.py`` says who may
watch topics ``<prefix>:<id>``.
"""

from ariaforge.events.streams import publish, stream_cursor
from ariaforge.events.topics import may_watch, register_topic

__all__ = ["may_watch", "publish", "register_topic", "stream_cursor"]
