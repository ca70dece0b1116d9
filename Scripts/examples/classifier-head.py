#!/usr/bin/env python3
"""Classifies pictures by transformers' image encoder and a classifier that SPG exported.

    spg export classifier coop/photo/1 --output head.safetensors
    python3 classifier-head.py FOLDER_OF_THE_CLIP_MODEL head.safetensors a.png b.jpg

Needs torch, transformers, safetensors and Pillow. With open_clip, features are
model.encode_image(preprocess(picture)[None]) in place of the two lines that make them here.
"""
import json
import sys

import torch
from PIL import Image
from safetensors import safe_open
from transformers import CLIPImageProcessor, CLIPVisionModelWithProjection

folder, head, *pictures = sys.argv[1:]
with safe_open(head, "pt") as file:
    text_features, logit_scale = file.get_tensor("text_features"), file.get_tensor("logit_scale")
    classes = json.loads(file.metadata()["classes"])

encoder = CLIPVisionModelWithProjection.from_pretrained(folder).eval()
preprocess = CLIPImageProcessor.from_pretrained(folder)
for path in pictures:
    with torch.no_grad():
        pixels = preprocess(Image.open(path).convert("RGB"), return_tensors="pt")
        features = torch.nn.functional.normalize(encoder(**pixels).image_embeds)
    probabilities = (logit_scale * features @ text_features.T).softmax(-1)[0]
    print(path, classes[probabilities.argmax()], float(probabilities.max()), sep="\t")
