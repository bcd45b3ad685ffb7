#include "core/errors.hpp"

namespace meetwire {

Failure::Failure(ErrorCode which) : code(which) {}
Failure::Failure(ErrorCode which, std::string_view what) : code(which), detail(what) {}

}  // namespace meetwire
