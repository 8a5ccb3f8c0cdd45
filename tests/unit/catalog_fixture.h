// Catalogs for the tests of discovery and selection.
#pragma once

#include "catch.h"
#include "singer/catalog.h"

#include <string>

inline tapbridge::singer::Catalog catalog_of(const std::string& text)
{
    tapbridge::singer::CatalogResult result = tapbridge::singer::read_catalog(text);
    INFO(text);
    INFO(result.problem);
    REQUIRE(result.catalog.has_value());
    return *result.catalog;
}
