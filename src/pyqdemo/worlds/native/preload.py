"""What a fork server imports ahead, so that its children need not."""

import pyqdemo.worlds.native.watched.names
import pyqdemo.worlds.native.watched.text  # noqa: F401
