# Each target works alone on a fresh Debian 12 machine as root.
BUILD := build/release
JOBS ?= $(shell nproc)

.PHONY: all install demo test check fuzz seed bench bench-peers portability exhaustive clean

all: $(BUILD)/build.ninja
	ninja -C $(BUILD) -j $(JOBS)

$(BUILD)/build.ninja: tools/install-deps
	tools/install-deps build
	cmake --preset release

# To /usr/local, or below DESTDIR.
install: all
	cmake --install $(BUILD)

demo: all
	tools/demo

test: all
	tools/test

check:
	tools/check

fuzz:
	tools/fuzz

seed: all
	$(BUILD)/cairn seed train --output local/seed-model
	cmp local/seed-model/SEED.json models/seed/SEED.json

bench:
	tools/bench

bench-peers:
	tools/bench-peers

portability:
	JOBS=$(JOBS) tools/portability

# STRIDE=N looks at every N-th input only.
exhaustive: $(BUILD)/build.ninja
	ninja -C $(BUILD) -j $(JOBS) exhaustive
	$(BUILD)/exhaustive --stride $(or $(STRIDE),1)

clean:
	rm -rf build
