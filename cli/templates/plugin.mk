# Builds @NAME@ with nothing but moult's headers.
#   make && moult plugin check ./@NAME@.so && make install
CFLAGS ?= -g -O2 -Wall -Wextra
PLUGINDIR := $(shell pkg-config --variable=plugindir moult-plugin)
MANIFESTDIR := $(shell pkg-config --variable=manifestdir moult-plugin)

@NAME@.so: @NAME@.c
	$(CC) $(CFLAGS) $(shell pkg-config --cflags moult-plugin) -fPIC -shared -fvisibility=hidden \
	    -Wl,-z,now -o $@ $<

install: @NAME@.so
	install -D -m 755 @NAME@.so $(DESTDIR)$(PLUGINDIR)/@NAME@.so
	install -D -m 644 @NAME@.toml $(DESTDIR)$(MANIFESTDIR)/@NAME@.toml

clean:
	rm -f @NAME@.so

.PHONY: install clean
