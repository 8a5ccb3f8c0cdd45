// For tests that write a StreamRule with the keys that matter: all others are absent.
#pragma once

#include "translate/stream_rules.h"

#pragma GCC diagnostic ignored "-Wmissing-field-initializers"
