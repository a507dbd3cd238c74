"""What the apps' REST doors share: errors, parsing, pages, permissions, tokens, visitors."""
