#pragma once

#include <string>
#include <string_view>

namespace conserje {

/// One form for the numbers under which one person appears. Messengers and the telephone network
/// write some countries' mobile numbers differently, and both forms occur:
/// Argentina +549 area number and +54 area number: without the 9;
/// Mexico +521 and +52 with ten digits: without the 1;
/// Brazil, mobiles with eight digits behind the area (beginning 6-9): with the 9 before them.
/// What is not + and 7 to 15 digits comes back as it is. For finding people; a message goes to the
/// form that the guest wrote from. Pure.
std::string canonical_number(std::string_view address);

}  // namespace conserje
