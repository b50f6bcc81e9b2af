// A master key inside a PKCS#11 token. The vendor's module is opened at run time, so that no build depends on
// one.
#include <dlfcn.h>
#include <p11-kit/pkcs11.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <string_view>

#include "biometric/template/crypto.hpp"
#include "biometric/template/master_key.hpp"

namespace sesame::biometric {

namespace {

constexpr CK_ULONG tag_bits = 8 * tag_bytes;

std::string code(CK_RV result) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string text;
  for (int shift = 28; shift >= 0; shift -= 4) text += digits[(result >> shift) & 15];
  return "PKCS#11 error 0x" + text;
}

// Labels in a token's record are padded with blanks and not terminated.
std::string trimmed(const unsigned char* text, std::size_t size) {
  std::string label(reinterpret_cast<const char*>(text), size);
  label.erase(label.find_last_not_of(' ') + 1);
  return label;
}

struct CloseModule {
  void operator()(void* module) const { dlclose(module); }
};

// One loaded module, initialised, and finalised again if it was we who initialised it.
class Module {
 public:
  explicit Module(const std::filesystem::path& file) : name_(file.string()) {
    library_.reset(dlopen(name_.c_str(), RTLD_NOW | RTLD_LOCAL));
    if (library_ == nullptr) throw std::runtime_error("cannot load the PKCS#11 module " + name_);
    const auto get_functions =
        reinterpret_cast<CK_RV (*)(CK_FUNCTION_LIST_PTR_PTR)>(dlsym(library_.get(), "C_GetFunctionList"));
    if (get_functions == nullptr || get_functions(&functions_) != CKR_OK || functions_ == nullptr) {
      throw std::runtime_error(name_ + " is not a PKCS#11 module: it has no C_GetFunctionList");
    }
    const CK_RV result = functions_->C_Initialize(nullptr);
    if (result != CKR_OK && result != CKR_CRYPTOKI_ALREADY_INITIALIZED) {
      throw std::runtime_error("the PKCS#11 module " + name_ + " does not start: " + code(result));
    }
    initialised_here_ = result == CKR_OK;
  }
  ~Module() {
    if (initialised_here_) functions_->C_Finalize(nullptr);
  }
  Module(const Module&) = delete;
  Module& operator=(const Module&) = delete;

  CK_FUNCTION_LIST& operator*() const { return *functions_; }
  CK_FUNCTION_LIST* operator->() const { return functions_; }

  CK_SLOT_ID slot_of(const std::string& token) const {
    CK_ULONG count = 0;
    std::vector<CK_SLOT_ID> slots;
    if (functions_->C_GetSlotList(CK_TRUE, nullptr, &count) == CKR_OK) {
      slots.resize(count);
      if (functions_->C_GetSlotList(CK_TRUE, slots.data(), &count) == CKR_OK) slots.resize(count);
    }
    for (const CK_SLOT_ID slot : slots) {
      CK_TOKEN_INFO info{};
      if (functions_->C_GetTokenInfo(slot, &info) == CKR_OK &&
          trimmed(info.label, sizeof info.label) == token) {
        return slot;
      }
    }
    throw std::runtime_error("the PKCS#11 module " + name_ + " has no token labelled \"" + token + "\"");
  }

 private:
  std::string name_;
  std::unique_ptr<void, CloseModule> library_;
  CK_FUNCTION_LIST_PTR functions_ = nullptr;
  bool initialised_here_ = false;
};

class KeyInToken : public MasterKey {
 public:
  explicit KeyInToken(TokenKey wanted) : module_(wanted.module) {
    const CK_SLOT_ID slot = module_.slot_of(wanted.token);
    require_mechanism(slot, wanted.token);
    open_session(slot, wanted);
    key_ = find_key(wanted);
    id_ = make_id(slot, wanted);
  }
  ~KeyInToken() override { module_->C_CloseSession(session_); }

  std::string id() const override { return id_; }

  Bytes wrap(const Secret& data_key, ByteView context) override {
    Bytes wrapped(nonce_bytes + data_key.size() + tag_bytes);
    fill_random(std::span(wrapped).first(nonce_bytes));
    CK_GCM_PARAMS parameters = gcm(wrapped, context);
    CK_MECHANISM mechanism{CKM_AES_GCM, &parameters, sizeof parameters};
    CK_ULONG size = wrapped.size() - nonce_bytes;
    CK_RV result = module_->C_EncryptInit(session_, &mechanism, key_);
    if (result == CKR_OK) {
      result = module_->C_Encrypt(session_, const_cast<CK_BYTE_PTR>(data_key.view().data()), data_key.size(),
                                  wrapped.data() + nonce_bytes, &size);
    }
    if (result != CKR_OK || size != wrapped.size() - nonce_bytes) {
      throw std::runtime_error("the token does not wrap a key: " + code(result));
    }
    return wrapped;
  }

  Secret unwrap(ByteView wrapped, ByteView context) override {
    if (wrapped.size() != nonce_bytes + key_bytes + tag_bytes)
      throw DoesNotOpen("a wrapped key has the wrong length");
    CK_GCM_PARAMS parameters = gcm(wrapped, context);
    CK_MECHANISM mechanism{CKM_AES_GCM, &parameters, sizeof parameters};
    const ByteView sealed = wrapped.subspan(nonce_bytes);
    // Some tokens want room for the tag as well before they check it.
    Secret text(sealed.size());
    CK_ULONG size = text.size();
    CK_RV result = module_->C_DecryptInit(session_, &mechanism, key_);
    if (result != CKR_OK) throw std::runtime_error("the token does not unwrap keys: " + code(result));
    result = module_->C_Decrypt(session_, const_cast<CK_BYTE_PTR>(sealed.data()), sealed.size(),
                                text.bytes().data(), &size);
    // A removed token is no forgery: whoever reads the sentence must know which of the two it was.
    constexpr std::array gone{CKR_DEVICE_REMOVED, CKR_DEVICE_ERROR, CKR_SESSION_HANDLE_INVALID,
                              CKR_USER_NOT_LOGGED_IN, CKR_TOKEN_NOT_PRESENT};
    if (std::ranges::find(gone, result) != gone.end())
      throw std::runtime_error("the token went away: " + code(result));
    if (result != CKR_OK || size != key_bytes) {
      throw DoesNotOpen("a wrapped key does not open: it was changed, moved, or wrapped by another key");
    }
    return Secret(text.view().first(key_bytes));
  }

 private:
  static CK_GCM_PARAMS gcm(ByteView nonce_first, ByteView context) {
    // PKCS#11 takes pointers to non-const and only reads them.
    return {const_cast<CK_BYTE_PTR>(nonce_first.data()), nonce_bytes,    8 * nonce_bytes,
            const_cast<CK_BYTE_PTR>(context.data()),     context.size(), tag_bits};
  }

  void require_mechanism(CK_SLOT_ID slot, const std::string& token) const {
    CK_MECHANISM_INFO info{};
    if (module_->C_GetMechanismInfo(slot, CKM_AES_GCM, &info) != CKR_OK || (info.flags & CKF_ENCRYPT) == 0) {
      throw std::runtime_error("the token \"" + token + "\" has no CKM_AES_GCM, which wrapping needs");
    }
  }

  void open_session(CK_SLOT_ID slot, TokenKey& wanted) {
    CK_RV result =
        module_->C_OpenSession(slot, CKF_SERIAL_SESSION | CKF_RW_SESSION, nullptr, nullptr, &session_);
    if (result == CKR_OK) {
      result = module_->C_Login(session_, CKU_USER, wanted.pin.bytes().data(), wanted.pin.size());
    }
    if (result == CKR_PIN_INCORRECT || result == CKR_PIN_LEN_RANGE || result == CKR_PIN_LOCKED) {
      throw std::runtime_error("the token \"" + wanted.token + "\" refuses the PIN" +
                               (result == CKR_PIN_LOCKED ? ": it is locked" : ""));
    }
    if (result != CKR_OK && result != CKR_USER_ALREADY_LOGGED_IN) {
      throw std::runtime_error("cannot log in to the token \"" + wanted.token + "\": " + code(result));
    }
  }

  CK_OBJECT_HANDLE find_key(TokenKey& wanted) {
    CK_OBJECT_CLASS object_class = CKO_SECRET_KEY;
    CK_KEY_TYPE type = CKK_AES;
    std::array<CK_ATTRIBUTE, 3> sought{{{CKA_CLASS, &object_class, sizeof object_class},
                                        {CKA_KEY_TYPE, &type, sizeof type},
                                        {CKA_LABEL, wanted.key.data(), wanted.key.size()}}};
    std::array<CK_OBJECT_HANDLE, 2> found{};
    CK_ULONG count = 0;
    CK_RV result = module_->C_FindObjectsInit(session_, sought.data(), sought.size());
    if (result == CKR_OK) {
      result = module_->C_FindObjects(session_, found.data(), found.size(), &count);
      module_->C_FindObjectsFinal(session_);
    }
    if (result != CKR_OK)
      throw std::runtime_error("cannot search the token \"" + wanted.token + "\": " + code(result));
    if (count == 1) return found[0];
    if (count == 0 && wanted.create_missing_key) return generate_key(wanted);
    throw std::runtime_error("the token \"" + wanted.token + "\" has " +
                             (count == 0 ? "no" : "more than one") + " AES key labelled \"" + wanted.key +
                             "\": expected one");
  }

  CK_OBJECT_HANDLE generate_key(TokenKey& wanted) {
    CK_BBOOL yes = CK_TRUE;
    CK_BBOOL no = CK_FALSE;
    CK_ULONG length = key_bytes;
    Bytes number(16);
    fill_random(number);
    std::array<CK_ATTRIBUTE, 10> made{{{CKA_TOKEN, &yes, sizeof yes},
                                       {CKA_PRIVATE, &yes, sizeof yes},
                                       {CKA_SENSITIVE, &yes, sizeof yes},
                                       {CKA_EXTRACTABLE, &no, sizeof no},
                                       {CKA_MODIFIABLE, &no, sizeof no},
                                       {CKA_ENCRYPT, &yes, sizeof yes},
                                       {CKA_DECRYPT, &yes, sizeof yes},
                                       {CKA_ID, number.data(), number.size()},
                                       {CKA_LABEL, wanted.key.data(), wanted.key.size()},
                                       {CKA_VALUE_LEN, &length, sizeof length}}};
    CK_MECHANISM mechanism{CKM_AES_KEY_GEN, nullptr, 0};
    CK_OBJECT_HANDLE key = 0;
    const CK_RV result = module_->C_GenerateKey(session_, &mechanism, made.data(), made.size(), &key);
    if (result != CKR_OK) {
      throw std::runtime_error("the token \"" + wanted.token + "\" does not make a key: " + code(result));
    }
    return key;
  }

  std::string make_id(CK_SLOT_ID slot, const TokenKey& wanted) const {
    CK_TOKEN_INFO info{};
    module_->C_GetTokenInfo(slot, &info);
    std::array<CK_BYTE, 64> number{};
    CK_ATTRIBUTE attribute{CKA_ID, number.data(), number.size()};
    const CK_RV result = module_->C_GetAttributeValue(session_, key_, &attribute, 1);
    const CK_ULONG size =
        result == CKR_OK && attribute.ulValueLen <= number.size() ? attribute.ulValueLen : 0;
    const Digest name = sha256(Fields("sesame token key")
                                   .add(trimmed(info.serialNumber, sizeof info.serialNumber))
                                   .add(wanted.key)
                                   .add(ByteView(number).first(size))
                                   .view());
    return "token:" + to_hex(ByteView(name).first(8));
  }

  Module module_;
  CK_SESSION_HANDLE session_ = 0;
  CK_OBJECT_HANDLE key_ = 0;
  std::string id_;
};

}  // namespace

std::unique_ptr<MasterKey> open_token_key(TokenKey token_key) {
  return std::make_unique<KeyInToken>(std::move(token_key));
}

}  // namespace sesame::biometric
